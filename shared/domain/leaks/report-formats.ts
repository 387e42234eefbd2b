/** Formats of scanners' reports. */
export const REPORT_FORMATS = ['gitleaks', 'detect-secrets', 'deepsecrets', 'sarif'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
