import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';

/**
 * What Serverless Framework names as gone with its version 4: docs/deprecations.md of serverless@3.40.0, every entry that says
 * so of a property. `functions.*` is any function.
 */
const GONE = [
  'variablesResolutionMode',
  'projectDir',
  'console',
  'provider.role',
  'provider.rolePermissionsBoundary',
  'provider.iamRoleStatements',
  'provider.iamManagedPolicies',
  'provider.cfnRole',
  'provider.iam.role.permissionBoundary',
  'provider.lambdaHashingVersion',
  'provider.eventBridge.useCloudFormation',
  'package.include',
  'package.exclude',
  'functions.*.package.include',
  'functions.*.package.exclude',
];

/** Every path of a file, CloudFormation's tags left aside. */
function pathsOf(file: string): Set<string> {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const document = parseDocument(text, { logLevel: 'silent' });
  const paths = new Set<string>();
  const walk = (value: unknown, path: readonly string[]): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      const at = [...path, name];
      paths.add(at.join('.'));
      walk(inner, at);
    }
  };
  const functions = file.endsWith('functions.yml');
  const content = document.toJS() as Record<string, unknown>;
  if (functions) for (const one of Object.values(content)) walk(one, ['functions', '*']);
  else walk(content, []);
  return paths;
}

test.each(['serverless.yml', 'deploy/functions.yml'])(
  '%s has nothing that is gone with version 4 of the framework',
  (file) => {
    const paths = pathsOf(file);
    expect(paths.size).toBeGreaterThan(10);
    expect(GONE.filter((path) => paths.has(path))).toEqual([]);
  },
);
