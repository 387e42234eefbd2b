import { confirmDelivery } from '../../functions/confirm-delivery/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withFace } from '../with-face.ts';

/** For a consumer: it uses the version that it was told of. The token comes on standard input, as nothing secret is an argument. */
export async function confirm(context: Context, { id }: { readonly id: string }): Promise<ExitCode> {
  const token = (await context.readInput()).trim();
  if (token === '') {
    throw new RekeyError({
      code: 'token-missing',
      family: 'Validation',
      message: 'there is no token on standard input',
      safe: 'Nothing was confirmed.',
      next: ['rekey confirm ID --token-stdin < FILE'],
    });
  }
  const confirmed = await withFace(context, (face) =>
    face.call(confirmDelivery, { confirmationId: id, token }),
  );
  if (context.json) context.print(JSON.stringify(confirmed));
  else context.print(`${confirmed.consumer} uses ${confirmed.versionId} of ${confirmed.ref}`);
  return EXIT.done;
}
