import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';

/** Chromium over its debugging pipe: nothing listens on the network. */
export interface Browser {
  /** A command of the DevTools protocol, and its result. */
  send(method: string, params?: object, sessionId?: string): Promise<unknown>;
  close(): Promise<void>;
}

const message = z.looseObject({
  id: z.int().optional(),
  result: z.unknown().optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});

/** Starts Chromium (`CHROMIUM` names another program) with a profile directory of its own. */
export function startBrowser(profile: string): Browser {
  const child = spawn(
    process.env['CHROMIUM'] ?? 'chromium',
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  // spawn was asked to make pipes of descriptors 3 and 4: the first is written to, the second read.
  const input = child.stdio[3] as Writable;
  const output = child.stdio[4] as Readable;
  const waiting = new Map<number, (answer: z.infer<typeof message>) => void>();
  let rest = '';
  let last = 0;
  output.setEncoding('utf8');
  output.on('data', (chunk: string) => {
    const texts = (rest + chunk).split('\0');
    rest = texts.pop() ?? '';
    for (const answer of texts.map((text) => message.parse(JSON.parse(text)))) {
      if (answer.id === undefined) continue;
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    }
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new Error('Chromium did not start; install it with .ci/peer chromium', { cause })),
    );
    child.on('exit', () => resolve());
  });
  const send = async (method: string, params: object = {}, sessionId?: string): Promise<unknown> => {
    const id = ++last;
    const answered = new Promise<z.infer<typeof message>>((resolve) => waiting.set(id, resolve));
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const answer = await Promise.race([answered, ended]);
    if (answer === undefined) throw new Error(`Chromium ended before it answered ${method}`);
    if (answer.error !== undefined) throw new Error(`Chromium: ${method}: ${answer.error.message}`);
    return answer.result;
  };
  const close = async () => {
    input.write(`${JSON.stringify({ id: ++last, method: 'Browser.close' })}\0`);
    await ended;
  };
  return { send, close };
}

/** A page that is open: commands to it, and the value of an expression in it, promises waited for. */
export interface OpenPage {
  send(method: string, params?: object): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

const evaluated = z.looseObject({
  result: z.looseObject({ value: z.unknown().optional() }),
  exceptionDetails: z.looseObject({ exception: z.looseObject({ description: z.string() }).optional() }).optional(),
});

/** Opens a page and waits until it has loaded. */
export async function openPage(browser: Browser, url: string, metrics: object): Promise<OpenPage> {
  const { targetId } = z
    .looseObject({ targetId: z.string() })
    .parse(await browser.send('Target.createTarget', { url: 'about:blank' }));
  const { sessionId } = z
    .looseObject({ sessionId: z.string() })
    .parse(await browser.send('Target.attachToTarget', { targetId, flatten: true }));
  const send = (method: string, params: object = {}) => browser.send(method, params, sessionId);
  const evaluate = async (expression: string): Promise<unknown> => {
    const params = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = evaluated.parse(await send('Runtime.evaluate', params));
    if (exceptionDetails === undefined) return result.value;
    throw new Error(`The page failed: ${exceptionDetails.exception?.description ?? expression}`);
  };
  await send('Emulation.setDeviceMetricsOverride', metrics);
  await send('Page.enable');
  await send('Page.navigate', { url });
  await evaluate("new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))");
  return {
    send,
    evaluate,
    close: async () => {
      await browser.send('Target.closeTarget', { targetId });
    },
  };
}
