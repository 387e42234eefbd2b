import type { DirectCut, DirectFence, DirectLayer } from '../../shared/domain/direct-fence.ts';
import { saveRecord } from './record.ts';

/** What is being done, written down as it goes: begun, before anything is closed. */
export interface Book {
  layers(layers: readonly DirectLayer[]): void;
  /** Before the target is touched. */
  cut(cut: DirectCut): void;
  record(): DirectFence;
  /** The file; null where the last word could not be written: a full disk keeps nobody from closing anything. */
  file(): string | null;
}

export function openBook(home: string, begun: DirectFence, failed: (why: string) => void): Book {
  let record = begun;
  let file: string | null = null;
  const save = (): void => {
    try {
      file = saveRecord(home, record);
    } catch (error) {
      file = null;
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      failed(`${home} takes no record (${code})`);
    }
  };
  save();
  return {
    layers(layers) {
      record = { ...record, layers: [...record.layers, ...layers] };
      save();
    },
    cut(cut) {
      record = { ...record, cuts: [...record.cuts, cut] };
      save();
    },
    record: () => record,
    file: () => file,
  };
}
