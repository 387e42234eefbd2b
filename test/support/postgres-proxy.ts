import { aWireProxy, type Frame, type Framing, type WireProxy } from './wire-proxy.ts';

export type { Passing, WireProxy as PostgresProxy } from './wire-proxy.ts';

const TLS_REQUEST = 80_877_103;

/** On PostgreSQL's wire a message's type is its letter; `startup` and `tls?` come before the protocol proper. */
export function aPostgresProxy(server: { readonly host: string; readonly port: number }): Promise<WireProxy> {
  return aWireProxy(server, postgresFraming);
}

function postgresFraming(): Framing {
  const early = { tlsAsked: false, started: false };
  return (from, bytes) => (from === 'client' ? clientFrame(bytes, early) : serverFrame(bytes, early));
}

function clientFrame(bytes: Buffer, early: { tlsAsked: boolean; started: boolean }): Frame | null {
  if (early.started) return typedFrame(bytes);
  if (bytes.length < 8 || bytes.length < bytes.readInt32BE(0)) return null;
  const size = bytes.readInt32BE(0);
  early.tlsAsked = bytes.readInt32BE(4) === TLS_REQUEST;
  early.started = !early.tlsAsked;
  if (early.tlsAsked) return { type: 'tls?', size };
  const words = bytes.toString('utf8', 8, size).split('\0');
  return {
    type: 'startup',
    size,
    user: words[words.indexOf('user') + 1] ?? '',
    application: words[words.indexOf('application_name') + 1] ?? '',
  };
}

function serverFrame(bytes: Buffer, early: { tlsAsked: boolean }): Frame | null {
  if (!early.tlsAsked) return typedFrame(bytes);
  // One byte, without a length.
  if (bytes.length === 0) return null;
  early.tlsAsked = false;
  return { type: 'tls', size: 1 };
}

function typedFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 5) return null;
  const size = 1 + bytes.readInt32BE(1);
  return bytes.length < size ? null : { type: String.fromCharCode(bytes[0] ?? 0), size };
}
