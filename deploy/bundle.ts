import { basename } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';

/** What Lambda loads, its source maps, and what went into it. */
export interface Bundle {
  /** By name: `index.mjs`, and what it loads once it is needed. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** By the name of the file that each is of. */
  readonly maps: Readonly<Record<string, Uint8Array>>;
  /** Bytes by source file, relative to the repository. */
  readonly inputs: Metafile['inputs'];
  /** What is loaded when it starts: names of its files, and of the sources in them. */
  readonly atStart: { readonly files: readonly string[]; readonly inputs: readonly string[] };
}

/** Packages written for CommonJS call `require`, which a module does not have. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** What is put in a package's place. */
const IN_PLACE: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node': './deploy/environment-credentials.ts',
  pgpass: './deploy/no-password-file.cjs',
};

/** A minified module for Node 24 with everything it reaches but Node itself; what it imports later in files beside it. */
export function bundle(root: string, entry: string): Promise<Bundle> {
  return bundleOf(root, { entryPoints: [entry], alias: { ...IN_PLACE }, splitting: true });
}

/** One module of the same making from text, with each package as it comes. */
export function bundleText(root: string, text: string): Promise<Bundle> {
  return bundleOf(root, {
    stdin: { contents: text, resolveDir: root, sourcefile: 'entry.ts', loader: 'ts' },
  });
}

async function bundleOf(root: string, entry: BuildOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...entry,
    absWorkingDir: root,
    outdir: 'out',
    entryNames: 'index',
    chunkNames: 'part-[hash]',
    outExtension: { '.js': '.mjs' },
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
  const named = (ends: string) =>
    Object.fromEntries(
      outputFiles
        .filter(({ path }) => path.endsWith(ends))
        .map(({ path, contents }) => [basename(path), contents]),
    );
  const files = named('.mjs');
  if (files['index.mjs'] === undefined) throw new Error('esbuild wrote no index.mjs');
  return { files, maps: named('.mjs.map'), inputs: metafile?.inputs ?? {}, atStart: startOf(metafile) };
}

/** The entry, and what it imports before it runs. */
function startOf(metafile: Metafile | undefined): Bundle['atStart'] {
  const outputs = metafile?.outputs ?? {};
  const found = new Set<string>();
  const take = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && outputs[next] !== undefined) take(next);
  };
  take('out/index.mjs');
  return {
    files: [...found].map((path) => basename(path)),
    inputs: [...found].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {})),
  };
}
