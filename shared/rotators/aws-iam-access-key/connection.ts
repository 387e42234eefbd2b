import * as z from 'zod';

const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'] as const;

/** How a target of this kind is reached, as in `rekey.yaml`: an AWS account, whose admin credential says which. */
export const Connection = z
  .strictObject({
    /** Whose STS the keys are tried at: one that the consumers use. IAM itself has no region. */
    region: z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d+$/, { error: 'is no region: eu-central-1' }),
    partition: z.enum(PARTITIONS).default('aws'),
    /** Of an emulator; AWS's own where left out. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
  })
  .refine(({ region, partition }) => partitionOf(region) === partition, {
    path: ['partition'],
    error: 'is not the one of that region: cn-… is in aws-cn, us-gov-… in aws-us-gov, eusc-… in aws-eusc',
  });

export type IamConnection = z.output<typeof Connection>;

export const AccountKeys = z.strictObject({
  /** The IAM user. Its access keys are Rekey's, no others are made beside them. */
  user: z.string().regex(/^[\w+=,.@-]{1,64}$/, { error: 'is no name of an IAM user, without its path' }),
});

function partitionOf(region: string): (typeof PARTITIONS)[number] {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return region.startsWith('eusc-') ? 'aws-eusc' : 'aws';
}
