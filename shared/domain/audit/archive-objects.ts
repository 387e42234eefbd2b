import { inParallel } from '../../in-parallel.ts';
import { type ArchiveCopy, type ArchiveTampering, OBJECTS_AT_ONCE, tampered } from './archive-copy.ts';
import { type ArchiveName, readArchiveName } from './archive-names.ts';
import { readCheckpoint, type SignedCheckpoint } from './signed.ts';

type Named = ArchiveName & { readonly name: string };

/** An archive by what its objects are. */
export interface ArchiveObjects {
  readonly chain: string;
  /** In the chain's order. */
  readonly blocks: readonly { readonly name: string; readonly from: number }[];
  /** Genuine, in the chain's order. */
  readonly checkpoints: readonly { readonly name: string; readonly checkpoint: SignedCheckpoint }[];
}

/** Sees that each object is one of one chain's, as it was written, and each checkpoint signed by this key. */
export async function archiveObjects(
  copy: ArchiveCopy,
  publicKeyPem: string,
): Promise<
  | { readonly ok: true; readonly objects: ArchiveObjects }
  | { readonly ok: false; readonly tampering: ArchiveTampering }
> {
  const listed = [...(await copy.list())].sort((a, b) => (a.name < b.name ? -1 : 1));
  const named: Named[] = [];
  for (const { name, changed } of listed) {
    const when = new Date(changed?.atMs ?? 0).toISOString();
    if (changed?.how === 'deleted')
      return tampered(
        'deleted',
        name,
        0,
        `was deleted on ${when}; while it is locked its bytes are still there`,
      );
    if (changed?.how === 'overwritten')
      return tampered(
        'overwritten',
        name,
        0,
        `was written over on ${when}; its first version is still there`,
      );
    const read = readArchiveName(name);
    if (read === null) return tampered('extra', name, 0, 'is nothing that an archive holds');
    named.push({ ...read, name });
  }

  const places = named.filter((object) => object.kind === 'checkpoint');
  const texts = await inParallel(places, OBJECTS_AT_ONCE, ({ name }) => copy.read(name));
  const checkpoints: ArchiveObjects['checkpoints'][number][] = [];
  for (const [index, { name, chain, seq }] of places.entries()) {
    const text = Buffer.from(texts[index] ?? []).toString('utf8');
    const checkpoint = readCheckpoint(text.replace(/\n$/, ''), 'rekey-audit-checkpoint', publicKeyPem);
    if (checkpoint === null)
      return tampered('checkpoint', name, 0, 'is not signed by this key, or was changed');
    if (checkpoint.chain !== chain || checkpoint.seq !== seq)
      return tampered(
        'checkpoint',
        name,
        0,
        `is the checkpoint of chain ${checkpoint.chain} at entry ${checkpoint.seq}`,
      );
    checkpoints.push({ name, checkpoint });
  }
  const chain = checkpoints[0]?.checkpoint.chain;
  if (chain === undefined)
    return tampered('checkpoint', '', 0, 'there is no checkpoint: nobody vouches for what is there');
  const foreign = named.find((object) => object.chain !== chain);
  if (foreign !== undefined)
    return tampered('other-chain', foreign.name, 0, `is of chain ${foreign.chain}, and not of ${chain}`);
  return {
    ok: true,
    objects: { chain, blocks: named.filter((object) => object.kind === 'block'), checkpoints },
  };
}
