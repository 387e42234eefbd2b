import { configJsonSchema } from './schema.ts';

process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
