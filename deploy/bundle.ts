import { type BuildOptions, build, type Metafile } from 'esbuild';

/** What Lambda loads, its source map, and what went into it. */
export interface Bundle {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
  /** Bytes by source file, relative to the repository. */
  readonly inputs: Metafile['inputs'];
}

/** Packages written for CommonJS call `require`, which a module does not have. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** What is put in a package's place. */
const IN_PLACE: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node': './deploy/environment-credentials.ts',
  pgpass: './deploy/no-password-file.cjs',
};

/** One minified module for Node 24 with everything it reaches but Node itself. */
export function bundle(root: string, entry: string): Promise<Bundle> {
  return bundleOf(root, { entryPoints: [entry], alias: { ...IN_PLACE } });
}

/** A module of the same making from text, with each package as it comes. */
export function bundleText(root: string, text: string): Promise<Bundle> {
  return bundleOf(root, {
    stdin: { contents: text, resolveDir: root, sourcefile: 'entry.ts', loader: 'ts' },
  });
}

async function bundleOf(root: string, entry: BuildOptions): Promise<Bundle> {
  const built = await build({
    ...entry,
    absWorkingDir: root,
    outfile: 'index.mjs',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    sourcemap: 'external',
    legalComments: 'none',
    // Bindings that `pg` looks for and does without.
    external: ['pg-native'],
    logLevel: 'silent',
  });
  const output = (end: string) => {
    const file = built.outputFiles?.find(({ path }) => path.endsWith(end));
    if (file === undefined) throw new Error(`esbuild wrote no ${end}`);
    return file.contents;
  };
  return { code: output('.mjs'), map: output('.map'), inputs: built.metafile?.inputs ?? {} };
}
