import { type Deed, type Step, subjectsOf } from './deeds.ts';
import { isAllowed } from './evaluate.ts';
import { PARTS, type Part } from './roles.ts';
import type { Stack, StackRole } from './stack.ts';

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** Whether a role may do one step, by everything that has a say. */
export function mayTake(role: StackRole, step: Step, beside: readonly object[] = []): Promise<boolean> {
  return isAllowed({
    principal: role.arn,
    identity: [...role.policies, ...beside],
    boundary: role.boundary,
    ...step,
  });
}

async function mayDo(role: StackRole, deed: Deed, beside: readonly object[]): Promise<boolean> {
  for (const steps of deed.ways) {
    let all = steps.length > 0;
    for (const step of steps) all &&= await mayTake(role, step, beside);
    if (all) return true;
  }
  return false;
}

/** Which roles of a part may do a deed, by the names of both. */
export type Matrix = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

export async function matrixOf(stack: Stack): Promise<Matrix> {
  const matrix = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const { deeds } of subjectsOf(stack)) {
    for (const deed of deeds) {
      const row = new Map<string, readonly string[]>();
      for (const part of PARTS) row.set(part.name, await whoMay(stack, part, deed));
      matrix.set(deed.name, row);
    }
  }
  return matrix;
}

async function whoMay(stack: Stack, part: Part, deed: Deed): Promise<string[]> {
  const may: string[] = [];
  for (const name of part.roles) {
    const role = stack.roles.get(name);
    if (role === undefined) throw new Error(`the template has no role ${name}`);
    if (await mayDo(role, deed, part.givenEverything === true ? [EVERYTHING] : [])) may.push(name);
  }
  return may;
}
