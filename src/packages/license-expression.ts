/** The decision about a license: accepted, refused, or unknown because the license can't be identified. */
export type LicenseVerdict = 'accepted' | 'refused' | 'unknown';

/** One license of an expression, with the exception that goes with it. */
export interface License {
  readonly id: string;
  readonly exception?: string;
}

/** Longer texts are whole licenses, and no expression. */
const MAX_EXPRESSION = 4096;

/** How tightly an operator binds: WITH is read with its license. */
const BINDS: Readonly<Record<string, number>> = { OR: 1, AND: 2 };

/**
 * Decides an SPDX license expression by its licenses: of `AND` all must be accepted, of `OR` one. Null where the text is no
 * expression. Operators may be in lower case, as SPDX 3 has them too. Takes time linear in the text, without recursion.
 *
 * @see https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/
 */
export function decideExpression(text: string, decide: (license: License) => LicenseVerdict): LicenseVerdict | null {
  if (text.length > MAX_EXPRESSION) return null;
  const values: LicenseVerdict[] = [];
  const operators: string[] = [];
  const apply = (): void => {
    const [right = 'unknown', left = 'unknown'] = [values.pop(), values.pop()];
    values.push(operators.pop() === 'AND' ? bothOf(left, right) : eitherOf(left, right));
  };
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  let isLicenseNext = true;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    const word = token.toUpperCase();
    if (isLicenseNext) {
      if (token === '(') {
        operators.push(token);
        continue;
      }
      if (!LICENSE.test(token) || word === 'WITH' || BINDS[word] !== undefined) return null;
      const exception = tokens[at + 1]?.toUpperCase() === 'WITH' ? tokens[at + 2] : undefined;
      if (exception !== undefined && !LICENSE.test(exception)) return null;
      if (exception !== undefined) at += 2;
      values.push(decide(exception === undefined ? { id: token } : { id: token, exception }));
      isLicenseNext = false;
    } else if (token === ')') {
      while (operators.length > 0 && operators.at(-1) !== '(') apply();
      if (operators.pop() === undefined) return null;
    } else {
      const binds = BINDS[word];
      if (binds === undefined) return null;
      while ((BINDS[operators.at(-1) ?? ''] ?? 0) >= binds) apply();
      operators.push(word);
      isLicenseNext = true;
    }
  }
  if (isLicenseNext || operators.includes('(')) return null;
  while (operators.length > 0) apply();
  return values[0] ?? null;
}

/** An id of SPDX's list or of the document (`LicenseRef-x`, `DocumentRef-d:LicenseRef-x`). */
const LICENSE = /^[A-Za-z0-9][A-Za-z0-9.:-]*\+?$/;

/** What is decided where both licenses apply. */
export function bothOf(one: LicenseVerdict, other: LicenseVerdict): LicenseVerdict {
  if (one === 'refused' || other === 'refused') return 'refused';
  return one === 'unknown' || other === 'unknown' ? 'unknown' : 'accepted';
}

/** What is decided where either license may be chosen. */
function eitherOf(one: LicenseVerdict, other: LicenseVerdict): LicenseVerdict {
  if (one === 'accepted' || other === 'accepted') return 'accepted';
  return one === 'unknown' || other === 'unknown' ? 'unknown' : 'refused';
}
