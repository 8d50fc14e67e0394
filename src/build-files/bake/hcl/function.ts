import { MAX_TEXT_LENGTH } from '../limits.js';
import { ConversionError } from './convert.js';
import { wholeNumber } from './decimal.js';
import type { Position } from './problem.js';
import { TooMuch } from './too-much.js';
import { type Type, textValue, type Value } from './value.js';

/** What a function takes in one place. */
export interface Parameter {
  readonly type: Type;
  /** Whether null is a value like others. */
  readonly nullable?: boolean;
  /** Whether something within it may be unknown. */
  readonly partial?: boolean;
}

/** A function; it throws a {@link ConversionError} where its arguments are not fit. */
export interface HclFunction {
  readonly parameters: readonly Parameter[];
  /** What it takes any number of behind those. */
  readonly rest?: Parameter;
  /** What going through its arguments costs; 1 where it is not given. */
  readonly cost?: number;
  readonly call: (given: readonly Value[], at: Position) => Value;
}

export type FunctionTable = (name: string, at: Position) => HclFunction | undefined;

/** Throws where a text that is about to be made would be too long. */
export function checkLength(length: number): void {
  if (length > MAX_TEXT_LENGTH) throw new TooMuch(`A string has more than ${MAX_TEXT_LENGTH} characters`, 'bake-text');
}

/** An argument that is no value of the type a function needs. */
export function unfit(message: string): never {
  throw new ConversionError(message);
}

/** The text of an argument whose type is text. */
export function textOf(value: Value | undefined): string {
  return value?.kind === 'string' ? value.text : unfit('a string is needed');
}

/** The whole number that an argument is. */
export function wholeOf(value: Value | undefined): number {
  const whole = value?.kind === 'number' ? wholeNumber(value.number) : undefined;
  return whole ?? unfit('a whole number is needed');
}

/** The elements of a list, a set or a tuple. */
export function itemsOf(value: Value | undefined): readonly Value[] {
  return value !== undefined && 'items' in value ? value.items : unfit('a list is needed');
}

/** The entries of a map or an object. */
export function entriesOf(value: Value | undefined): ReadonlyMap<string, Value> {
  return value !== undefined && 'entries' in value ? value.entries : unfit('a map or an object is needed');
}

export const TEXT: Parameter = { type: 'string' };
export const NUMBER: Parameter = { type: 'number' };
export const ANY: Parameter = { type: 'dynamic' };
/** Anything, even with unknown parts. */
export const PARTIAL: Parameter = { type: 'dynamic', partial: true };
export const LIST_OF_TEXT: Type = { kind: 'list', element: 'string' };

export function listOfTexts(texts: readonly string[]): Value {
  return { kind: 'list', element: 'string', items: texts.map(textValue) };
}
