import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import { type CostWorld, TARGETS } from './world.ts';

/** A class of secrets with one consumer each, or none, on the world's targets, with values that their targets know. */
export async function enrol(
  { services, targets }: CostWorld,
  refs: readonly SecretRef[],
  consumers: readonly string[],
): Promise<void> {
  const secretOf = (
    ref: SecretRef,
    className: string,
    kind: string,
    target: string,
    role: string,
  ): SecretRecord => ({
    v: 1,
    ref,
    className,
    tenant: 'acme',
    target,
    kind,
    account: { role },
    owner: 'payments-team@example.com',
    consumers: className === 'admins' ? [] : consumers,
    epoch: 1,
    ordinal: 0,
    fencing: 0,
  });
  const admins = Array.from({ length: TARGETS }, (_, index): SecretRef => `vault://admin/orders-db-${index}`);
  const put = [
    ...['payments', 'admins'].map((name) => ({
      classes: [
        {
          v: 1 as const,
          name,
          policy: { maxAgeMs: 2_592_000_000, breakGlass: { deadlineMs: 900_000 } },
          owner: 'payments-team@example.com',
          epoch: 1,
          fences: [],
          incidents: [],
        },
      ],
    })),
    ...admins.map((passwordRef, index) => ({
      targets: [
        {
          v: 1 as const,
          id: `orders-db-${index}`,
          kind: `memory${index}`,
          connection: {},
          network: 'local',
          admins: [{ user: 'admin', passwordRef }],
          maxConnections: 8,
        },
      ],
    })),
    {
      consumers: [
        {
          v: 1 as const,
          name: 'checkout',
          owner: 'checkout-team@example.com',
          mustConfirm: true,
          byCallback: false,
          means: 'webhook' as const,
          url: 'https://checkout.example.com/rekey',
          signingKeyRef: 'vault://webhooks/checkout',
        },
      ],
    },
    ...[...admins, 'vault://webhooks/checkout' as const].map((ref) => ({
      secrets: [secretOf(ref, 'admins', 'static', '', 'admin')],
    })),
    ...refs.map((ref, index) => ({
      secrets: [
        secretOf(
          ref,
          'payments',
          `memory${index % TARGETS}`,
          `orders-db-${index % TARGETS}`,
          `orders_service_${index}`,
        ),
      ],
    })),
  ];
  await services.registry.applyEnrolment(put.map((one) => ({ put: one, remove: {}, entries: [] })));
  await putValues(
    services,
    [
      ...admins.map((ref) => ({ ref, value: 'admin' })),
      { ref: 'vault://webhooks/checkout', value: 'whsec_AAAA' },
      ...refs.map((ref, index) => ({ ref, value: `old-${index}` })),
    ],
    { user: 'ada', source: 'local', replace: false },
  );
  for (const [index] of refs.entries())
    targets[index % TARGETS]?.addRole(`orders_service_${index}`, `old-${index}`);
}
