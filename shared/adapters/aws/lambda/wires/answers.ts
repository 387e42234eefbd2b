import { createSlackAnswers } from '../../../slack/answers.ts';
import { wire } from '../wire.ts';

export const answers = wire({}, () => createSlackAnswers());
