import { describe, expect, test } from '@jest/globals';
import { rulesText, ruleText } from '../../../src/reports/text/rules-text.js';
import { rules } from '../../../src/rules/index.js';

describe('rulesText', () => {
  test('has every rule with its levels and its question, in columns', () => {
    const [head = '', ...lines] = rulesText(rules, { color: false, program: 'node dist/cli.js' }).split('\n');
    expect(head).toMatch(/^rule +observe +baseline +hardened +strict +build stages +question$/);
    for (const [index, rule] of rules.entries()) {
      const line = lines[index] ?? '';
      expect(line.startsWith(`${rule.id} `)).toBe(true);
      expect(line.slice(head.indexOf('strict')).startsWith(`${rule.presets.strict.level} `)).toBe(true);
      expect(line.slice(head.indexOf('question'))).toBe(rule.question);
    }
    expect(lines.join('\n').endsWith('One rule in full: node dist/cli.js rules ID\n')).toBe(true);
  });
});

describe('ruleText', () => {
  test.each(rules.map((rule) => [rule.id, rule] as const))('%s shows why, what to do, and its levels', (id, rule) => {
    const text = ruleText(rule, { color: false });
    expect(text.startsWith(`${id}: ${rule.title}\n${rule.question}\n`)).toBe(true);
    for (const part of [
      rule.why,
      rule.fix,
      `, baseline ${rule.presets.baseline.level}, hardened ${rule.presets.hardened.level}, `,
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('\u001b');
    expect(ruleText(rule, { color: true })).toContain('\u001b[1m');
  });
});
