import { RekeyError } from '../../../domain/errors.ts';
import { isRefusal, translate, type VendorCall, vendorName } from '../vendor-error.ts';

/**
 * What Secrets Manager answers where it could not use the key comes from KMS: by name, or in words after its own name. The
 * words are KMS's documented ones (`… is pending deletion.`, `… is disabled.`); which of the names Secrets Manager passes on
 * only a real account tells.
 */
export function translateStoreError(error: unknown, call: VendorCall): unknown {
  if (!(error instanceof Error) || error instanceof RekeyError) return error;
  const name = vendorName(error);
  if (name === 'KMSInvalidStateException' || /pending deletion/i.test(error.message)) {
    return new RekeyError({
      code: 'key-destroyed',
      family: 'Unrecoverable',
      message: `the key of ${call.about} was destroyed: nothing under it can be read again (${name} from ${call.permission})`,
    });
  }
  // Disabled is not destroyed: it was done to stop readers, and is undone. Whoever took it for gone would write off values
  // that can still be tried.
  if (name === 'DisabledException' || /\bis disabled\b/i.test(error.message)) {
    return new RekeyError({
      code: 'key-closed',
      family: 'Denied',
      message: `the key of ${call.about} is disabled (${name} from ${call.permission})`,
      safe: 'No value was handed out or stored.',
      next: ['rekey incident list', 'aws kms enable-key, once its policy is closed to readers'],
    });
  }
  if (isRefusal(error) && /\bKMS\b/i.test(error.message)) {
    return new RekeyError({
      code: 'key-closed',
      family: 'Denied',
      message: `the key of ${call.about} is closed to who asked (${name} from ${call.permission})`,
      safe: 'No value was handed out or stored.',
      next: ['rekey incident list'],
    });
  }
  if (name === 'DecryptionFailure' || name === 'EncryptionFailure') {
    return new RekeyError({
      code: 'key-unusable',
      family: 'Denied',
      message: `Secrets Manager could not use the key of ${call.about} (${name} from ${call.permission})`,
      safe: 'No value was handed out or stored.',
      next: ['aws kms describe-key'],
    });
  }
  // "… because it was marked for deletion", "… a secret with this name is already scheduled for deletion".
  if (name === 'InvalidRequestException' && /deletion/i.test(error.message)) {
    return new RekeyError({
      code: 'secret-being-deleted',
      family: 'Conflict',
      message: `the secret of ${call.about} is marked for deletion in Secrets Manager`,
      safe: call.safe,
      next: ['aws secretsmanager restore-secret'],
    });
  }
  return translate(error, call);
}

export function versionMissing(ref: string, versionId: string): RekeyError {
  return new RekeyError({
    code: 'version-missing',
    family: 'NotFound',
    message: `the store holds no version ${versionId} of ${ref}`,
    next: [`rekey status ${ref}`],
  });
}
