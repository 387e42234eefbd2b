import * as z from 'zod';

/** Where a stage is: of the policy that quarantines, which is in its account. */
export const PLACE_NAMES = {
  REKEY_QUARANTINE_POLICY: z.string().regex(/^arn:[a-z-]+:iam::\d{12}:policy\/.+-quarantine-[a-z0-9-]+$/),
};

export function placeIn({
  REKEY_QUARANTINE_POLICY: arn,
}: Readonly<Record<keyof typeof PLACE_NAMES, string>>) {
  const [, partition = '', account = '', prefix = '', region = ''] =
    /^arn:([a-z-]+):iam::(\d{12}):policy\/(.+)-quarantine-([a-z0-9-]+)$/.exec(arn) ?? [];
  return { partition, account, prefix, region };
}
