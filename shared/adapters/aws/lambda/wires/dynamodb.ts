import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** One for all tables of a function: region and credentials are the environment's. */
export const dynamodb = new DynamoDBClient({});
