import * as z from 'zod';

const Text = z.string().transform((text) => text.slice(0, 512));
const Fields = z.record(z.string(), z.unknown()).nullish();

/** What of a record is looked at: AWS leaves out, or says null of, nearly all of it somewhere. */
export const TrailRecord = z.object({
  eventID: z.string().min(1),
  sharedEventID: z.string().min(1).nullish(),
  eventTime: z.iso.datetime({ offset: true }),
  eventSource: z.string().min(1),
  eventName: z.string().min(1),
  eventType: z.string().nullish(),
  awsRegion: Text.nullish(),
  recipientAccountId: Text.nullish(),
  sourceIPAddress: Text.nullish(),
  vpcEndpointId: Text.nullish(),
  userAgent: Text.nullish(),
  errorCode: Text.nullish(),
  errorMessage: z.string().nullish(),
  requestParameters: Fields,
  additionalEventData: Fields,
  userIdentity: z
    .object({
      type: z.string().nullish(),
      arn: Text.nullish(),
      accountId: Text.nullish(),
      invokedBy: Text.nullish(),
      sessionContext: z
        .object({
          sessionIssuer: z.object({ arn: Text.nullish() }).nullish(),
          sourceIdentity: Text.nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
export type TrailRecord = z.output<typeof TrailRecord>;

export function textIn(
  fields: Readonly<Record<string, unknown>> | null | undefined,
  name: string,
): string | undefined {
  const value = fields?.[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, 512) : undefined;
}
