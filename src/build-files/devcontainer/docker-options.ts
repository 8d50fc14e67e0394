import { optionalField } from '../../lib/collections.js';
import type { ConfigValue } from './config.js';

/** What flags of `docker build` say, of those that decide what is built. */
export interface DockerOptions {
  /** Undefined where the value is the environment's. */
  readonly args: ReadonlyMap<string, ConfigValue | undefined>;
  readonly target?: ConfigValue;
  readonly platforms: readonly ConfigValue[];
  readonly contexts: ReadonlyMap<string, ConfigValue>;
  /** Flags that choose another file, which is not followed. */
  readonly unknown: readonly ConfigValue[];
}

const VALUED = new Set(['--build-arg', '--target', '--platform', '--build-context', '--file', '-f']);

/** Reads flags with their value in the same text, or in the next. */
export function readOptions(options: readonly ConfigValue[]): DockerOptions {
  const args = new Map<string, ConfigValue | undefined>();
  const contexts = new Map<string, ConfigValue>();
  const platforms: ConfigValue[] = [];
  const unknown: ConfigValue[] = [];
  let target: ConfigValue | undefined;
  for (let index = 0; index < options.length; index++) {
    const option = options[index];
    if (option === undefined) break;
    const equals = option.text.startsWith('--') ? option.text.indexOf('=') : -1;
    const flag = equals < 0 ? option.text : option.text.slice(0, equals);
    if (!VALUED.has(flag)) continue;
    if (equals < 0) index++;
    const value = equals < 0 ? options[index] : { ...option, text: option.text.slice(equals + 1) };
    if (value === undefined) break;
    const [name, rest] = pair(value);
    if (flag === '--build-arg') args.set(name, rest);
    else if (flag === '--target') target = value;
    else if (flag === '--platform') {
      platforms.push(...value.text.split(',').map((text) => ({ ...value, text })));
    } else if (flag === '--build-context' && rest !== undefined) contexts.set(name, rest);
    else unknown.push(option);
  }
  return { args, ...optionalField('target', target), platforms, contexts, unknown };
}

function pair(value: ConfigValue): readonly [string, ConfigValue | undefined] {
  const equals = value.text.indexOf('=');
  if (equals < 0) return [value.text, undefined];
  return [value.text.slice(0, equals), { ...value, text: value.text.slice(equals + 1) }];
}
