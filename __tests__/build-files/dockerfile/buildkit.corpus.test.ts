import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { differences, readAnswers } from '../../support/image/buildkit-answers.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const CASES = fileURLToPath(new URL('./buildkit-cases.jsonl', import.meta.url));

describe('tricky Dockerfiles are read as BuildKit reads them', () => {
  test.each(readAnswers(CASES).map((answer) => [answer.id, answer] as const))(
    'the parser agrees on %s',
    (_, answer) => {
      expect(differences(answer)).toEqual([]);
    },
  );
});

describeWithSharedData('dockerfiles/corpus.jsonl', 'real Dockerfiles are read as BuildKit reads them', () => {
  test('every reference, every refusal, every range', () => {
    const answers = readAnswers(sharedData('dockerfiles/corpus.jsonl'));
    expect(answers.length).toBeGreaterThan(4_000);
    const different = answers.flatMap((answer) =>
      differences(answer).map((difference) => `${answer.id} ${difference}`),
    );
    expect(different).toEqual([]);
  });
});
