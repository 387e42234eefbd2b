import { connect } from 'node:net';
import { parse, serialize } from 'pg-protocol';
import { startExchange } from '../../shared/rotators/postgres/scram.ts';

/**
 * A login that has the server's challenge, made with the verifier of this moment, and answers it when the test says so.
 */
export async function pauseLogin(
  server: { readonly host: string; readonly port: number },
  user: string,
  password: string,
) {
  const socket = connect(server.port, server.host);
  const exchange = startExchange(password);
  const seen = { accepted: false, ready: false, ended: false };
  let finish: () => void = () => undefined;
  socket.on('error', () => undefined);
  socket.on('close', () => {
    seen.ended = true;
  });
  await new Promise<void>((resolve) => {
    void parse(socket, (message) => {
      const { name, data } = message as { name: string; data?: string };
      if (name === 'authenticationSASL')
        socket.write(serialize.sendSASLInitialResponseMessage('SCRAM-SHA-256', exchange.first));
      if (name === 'authenticationOk') seen.accepted = true;
      if (name === 'readyForQuery') seen.ready = true;
      if (name !== 'authenticationSASLContinue') return;
      finish = () =>
        void exchange
          .answer(String(data))
          .then((final) => socket.write(serialize.sendSCRAMClientFinalMessage(final)));
      resolve();
    });
    socket.write(serialize.startup({ user, database: 'postgres' }));
  });
  return { seen, finish: () => finish(), close: () => socket.destroy() };
}
