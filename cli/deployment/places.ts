import { RekeyError } from '../../shared/domain/errors.ts';
import type { KnownFront } from './fronts.ts';
import { type DeploymentName, stackOf } from './name.ts';
import type { Credentials } from './session.ts';
import type { StackView } from './stack.ts';

/** Where each front is. */
export interface Places {
  of(front: KnownFront): Promise<{ readonly url: string; readonly region: string }>;
}

/** A URL of Lambda says its region. */
const REGION_IN_HOST = /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/;

/** From the context where it names them, else from the stack's outputs, asked once. */
export function placesOf(name: DeploymentName, credentials: () => Promise<Credentials>): Places {
  let stack: Promise<StackView> | undefined;
  const described = () => {
    stack ??= import('./stack.ts').then(({ describeStack }) => describeStack(name, credentials));
    return stack;
  };
  return {
    async of(front) {
      const given = name.urls[front.key];
      const url = given ?? (await described()).outputs.get(front.output);
      if (url === undefined || url === '') throw withoutUrl(name, front);
      const region =
        name.region ??
        REGION_IN_HOST.exec(new URL(url).hostname)?.[1] ??
        process.env['AWS_REGION'] ??
        (await described()).region;
      return { url, region };
    },
  };
}

function withoutUrl(name: DeploymentName, { output }: KnownFront): RekeyError {
  return new RekeyError({
    code: 'url-missing',
    family: 'NotFound',
    message: `the stack ${stackOf(name)} has no output ${output}: it is half deployed, or of an older release`,
    safe: 'Nothing was done.',
    next: [`npm run deploy -- --stage ${name.stage}`],
  });
}
