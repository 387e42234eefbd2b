import type { MachineArns } from '../../shared/adapters/aws/step-functions/workflows.ts';

/** One machine under every name: for what starts no other. */
export function arnsOf(machine: string): MachineArns {
  return { 'break-glass': machine, 'scheduled-rotation': machine, 'manual-rotation': machine };
}
