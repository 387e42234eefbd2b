import { S3Client } from '@aws-sdk/client-s3';

// The bucket in the path: an address with the bucket in its host name resolves on AWS alone.
export const s3 = new S3Client({ forcePathStyle: true });
