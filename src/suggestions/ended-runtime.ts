import { hasEnded } from '../packages/lifecycle/lifecycles.js';
import { supportOf } from '../packages/lifecycle/support.js';

/** Official images that are runtimes → the product in the table of lifecycles, and what people call it. */
const RUNTIMES: Readonly<Record<string, { readonly product: string; readonly name: string }>> = {
  'docker.io/library/amazoncorretto': { product: 'eclipse-temurin', name: 'OpenJDK' },
  'docker.io/library/eclipse-temurin': { product: 'eclipse-temurin', name: 'OpenJDK' },
  'docker.io/library/golang': { product: 'go', name: 'Go' },
  'docker.io/library/node': { product: 'nodejs', name: 'Node.js' },
  'docker.io/library/openjdk': { product: 'eclipse-temurin', name: 'OpenJDK' },
  'docker.io/library/php': { product: 'php', name: 'PHP' },
  'docker.io/library/python': { product: 'python', name: 'Python' },
  'docker.io/library/ruby': { product: 'ruby', name: 'Ruby' },
  'mcr.microsoft.com/dotnet/aspnet': { product: 'dotnet', name: '.NET' },
  'mcr.microsoft.com/dotnet/runtime': { product: 'dotnet', name: '.NET' },
  'mcr.microsoft.com/dotnet/sdk': { product: 'dotnet', name: '.NET' },
};

/**
 * What to say of an image in the place of an official one whose tag names a runtime's version that is past its end: a
 * clause. Null for every other.
 *
 * @param official `registry/repository` of the official image
 * @param lastDays the policy's own last days, by product and cycle
 */
export function endedRuntime(
  official: string,
  tag: string | undefined,
  lastDays: Readonly<Record<string, string>>,
  now: Date,
): string | null {
  const runtime = RUNTIMES[official];
  const version = /^\d{1,9}(?:\.\d{1,9}){0,4}(?![\w.])/.exec(tag ?? '')?.[0];
  if (runtime === undefined || version === undefined) return null;
  const { told, end } = supportOf({ ...runtime, role: 'runtime', version, where: 'its tag' }, lastDays);
  if (end === undefined || !hasEnded(end, now)) return null;
  return end.kind === 'date' ? `${told} was supported until ${end.date}` : `${told} is no longer supported`;
}
