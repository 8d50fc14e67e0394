import { err, ok, type Result } from '../../lib/result.js';
import type { Flag } from './flags.js';
import type { Generation } from './generation.js';
import { toLower } from './white-space.js';

/** What a `--mount` takes from: the text of its last `from`, empty where it has none, and its offsets in the line. */
export interface MountSource extends MountPaths {
  readonly from: string;
  readonly start: number;
  readonly end: number;
}

/** Which path of the source a `--mount` shows, and where, before variables; the last of each key counts. */
export interface MountPaths {
  readonly source: string;
  readonly target: string;
}

/** A CSV field: its text, and for each character where it stands in the flag's text. */
interface Field {
  readonly text: string;
  readonly at: readonly number[];
}

const PREFIX = '--mount='.length;

/**
 * Reads the `from` of a `--mount` flag: CSV with quoted fields, keys in any case, the last one counts, regardless of the
 * mount's type. Fails where BuildKit refuses the flag before it knows any variable.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/instructions/commands_runmount.go `parseMount`
 */
export function parseMount(flag: Flag, generation: Generation = 'current'): Result<MountSource, string> {
  const fields = csvFields(flag.text.slice(PREFIX));
  if (!fields.ok) return err(`--mount is not valid CSV: ${fields.error}`);
  let source = { from: '', start: 0, end: 0 };
  const paths = { source: '', target: '' };
  for (const field of fields.value) {
    const equals = field.text.indexOf('=');
    if (equals < 0) continue;
    const key = toLower(field.text.slice(0, equals));
    if (key === 'source' || key === 'src') paths.source = field.text.slice(equals + 1);
    if (key === 'target' || key === 'dst' || key === 'destination') paths.target = field.text.slice(equals + 1);
    if (key !== 'from') continue;
    const from = field.text.slice(equals + 1);
    const dollar = from.indexOf('$');
    if (generation === 'current' && dollar >= 0 && dollar !== from.length - 1)
      return err('from in --mount does not support variables; name a stage that has them in its FROM');
    const first = field.at[equals + 1];
    const last = field.at.at(-1);
    const start = first === undefined ? 0 : (flag.at[PREFIX + first] ?? 0);
    const end = last === undefined ? 0 : (flag.at[PREFIX + last] ?? 0) + 1;
    source = { from, start, end };
  }
  return ok({ ...source, ...paths });
}

/** Checks a `--device` flag as far as BuildKit's parser does. */
export function checkDevice(value: string): string | undefined {
  const fields = csvFields(value);
  if (!fields.ok) return `--device is not valid CSV: ${fields.error}`;
  let name = '';
  for (const { text } of fields.value) {
    const equals = text.indexOf('=');
    const key = toLower(equals < 0 ? text : text.slice(0, equals));
    const rest = equals < 0 ? '' : text.slice(equals + 1);
    if (equals < 0 && key === 'required') continue;
    if (equals >= 0 && key === 'name') {
      if (name !== '') return `--device already has the name ${name}`;
      name = rest;
    } else if (equals >= 0 && key === 'required') {
      if (!/^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(rest))
        return `required in --device is not a boolean`;
    } else if (name === '') name = text;
    else return `--device has an unknown field "${text}"`;
  }
  return undefined;
}

/** One line of CSV. @see https://github.com/tonistiigi/go-csvvalue/blob/main/csvvalue.go `Fields` */
function csvFields(value: string): Result<readonly Field[], string> {
  if (value === '') return err('it is empty');
  const fields: Field[] = [];
  let index = 0;
  for (;;) {
    let text = '';
    const at: number[] = [];
    const take = () => {
      text += value[index];
      at.push(index);
      index++;
    };
    if (value[index] === '"') {
      index++;
      for (;;) {
        if (index >= value.length) return err('a quote is not closed');
        if (value[index] !== '"') take();
        else if (value[index + 1] === '"') {
          index++;
          take();
        } else break;
      }
      index++;
      if (index < value.length && value[index] !== ',') return err('a quote ends within a field');
    } else {
      while (index < value.length && value[index] !== ',') {
        if (value[index] === '"') return err('a quote begins within a field');
        take();
      }
    }
    fields.push({ text, at });
    if (index >= value.length) return ok(fields);
    index++;
  }
}
