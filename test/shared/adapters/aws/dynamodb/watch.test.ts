import { systemRandom as random, systemClock } from '../../../../../local/system.ts';
import { createDynamoCases } from '../../../../../shared/adapters/aws/dynamodb/cases.ts';
import { createDynamoDeadLetters } from '../../../../../shared/adapters/aws/dynamodb/dead-letters.ts';
import { createDynamoDetectorStates } from '../../../../../shared/adapters/aws/dynamodb/detector-states.ts';
import { createDynamoPseudonyms } from '../../../../../shared/adapters/aws/dynamodb/pseudonyms.ts';
import { describeCases } from '../../../../contracts/cases.ts';
import { describeDeadLetters } from '../../../../contracts/dead-letters.ts';
import { describeDetectorStates } from '../../../../contracts/detector-states.ts';
import { describePseudonyms } from '../../../../contracts/pseudonyms.ts';
import { memoryDynamo } from '../../../../support/memory-dynamodb.ts';

const timing = { clock: systemClock, random };

describeCases('dynamodb, in memory', async () => createDynamoCases(memoryDynamo(), 'watch', timing));
describeDeadLetters('dynamodb, in memory', async () =>
  createDynamoDeadLetters(memoryDynamo(), 'watch', timing),
);
describeDetectorStates('dynamodb, in memory', async () =>
  createDynamoDetectorStates(memoryDynamo(), 'watch', timing),
);
describePseudonyms('dynamodb, in memory', async () => {
  const client = memoryDynamo();
  const again = () => createDynamoPseudonyms(client, 'registry', timing);
  return { pseudonyms: again(), again };
});
