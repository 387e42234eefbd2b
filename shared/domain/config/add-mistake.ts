/** Tells a mistake of a place in the file. `key`: the key itself is the mistake, not what stands under it. */
export type Add = (path: readonly PropertyKey[], code: string, message: string, key?: boolean) => void;
