import type { AuditEntry } from '../audit/entry.ts';

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const IPV6 = /^[0-9a-f]{0,4}:[0-9a-f:]*:[0-9a-f.]*$/i;

/** Addresses that are remembered: most come again and again. */
const MOST_REMEMBERED = 10_000;
const networks = new Map<string, string>();

/**
 * Where a read came from, as wide as one household of addresses: the VPC's endpoint, else the /24 or the /48; of a service its
 * name; of this machine the machine. Undefined: the entry does not say.
 */
export function networkOf({ source, read }: AuditEntry): string | undefined {
  if (read?.vpcEndpoint !== undefined) return read.vpcEndpoint;
  if (source === 'unknown' || source === '') return undefined;
  let network = networks.get(source);
  if (network === undefined) {
    network = networkIn(source);
    if (networks.size >= MOST_REMEMBERED) networks.clear();
    networks.set(source, network);
  }
  return network;
}

function networkIn(source: string): string {
  if (source.startsWith('local:')) return 'local';
  return addressNetwork(source) ?? NETWORK_OF_PSEUDONYM.exec(source)?.[1] ?? source;
}

/** An address as the chain has it where it would name a person: its network, and its pseudonym. */
const NETWORK_OF_PSEUDONYM = /^(.*)~pn-[0-9a-f]{32}$/;

/** An address's /24 or /48; null of what is no address. */
export function addressNetwork(source: string): string | null {
  if (IPV4.test(source)) return `${source.slice(0, source.lastIndexOf('.'))}.0/24`;
  return IPV6.test(source) ? `${firstGroups(source)}::/48` : null;
}

/** The first three groups, written without what may be left out. */
function firstGroups(address: string): string {
  const [head = ''] = address.split('%');
  const [left = '', right] = head.split('::');
  const groups = left === '' ? [] : left.split(':');
  const missing = right === undefined ? 0 : 8;
  const padded = [...groups, ...Array.from({ length: missing }, () => '0')].slice(0, 3);
  return padded.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
