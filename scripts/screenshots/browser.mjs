// Chromium over its debugging pipe: one page, one picture. Nothing listens on the network.
import { spawn } from 'node:child_process';

/** Starts Chromium; `send` speaks the DevTools protocol, `close` ends it. */
export function startBrowser(profile) {
  const child = spawn(
    process.env.CHROMIUM ?? 'chromium',
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
  const [, , , input, output] = child.stdio;
  const waiting = new Map();
  let rest = '';
  let last = 0;
  output.setEncoding('utf8');
  output.on('data', (chunk) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages.map((text) => JSON.parse(text))) {
      const { resolve, reject } = waiting.get(message.id) ?? {};
      waiting.delete(message.id);
      if (message.error === undefined) resolve?.(message.result);
      else reject?.(new Error(`Chromium: ${message.error.message}`));
    }
  });
  const ended = new Promise((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new Error('Chromium did not start; install it with .ci/peer chromium', { cause })),
    );
    child.on('exit', resolve);
  });
  const send = (method, params = {}, sessionId = undefined) => {
    const answer = new Promise((resolve, reject) => waiting.set(++last, { resolve, reject }));
    input.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    return Promise.race([
      answer,
      ended.then(() => {
        throw new Error(`Chromium ended before it answered ${method}`);
      }),
    ]);
  };
  const close = async () => {
    input.write(`${JSON.stringify({ id: ++last, method: 'Browser.close' })}\0`);
    await ended;
  };
  return { send, close };
}

/** A PNG of the whole page at a width, as bytes. `ready` is an expression whose promise is waited for. */
export async function picture({ send }, url, width, { ready, phone }) {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const page = (method, params) => send(method, params, sessionId);
  const metrics = { width, height: 100, deviceScaleFactor: phone ? 1.5 : 1, mobile: phone };
  await page('Emulation.setDeviceMetricsOverride', metrics);
  await page('Page.enable');
  await page('Page.navigate', { url });
  const expression = `new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done)).then(() => ${ready})`;
  const { exceptionDetails } = await page('Runtime.evaluate', { expression, awaitPromise: true });
  if (exceptionDetails !== undefined) throw new Error(`The page failed: ${exceptionDetails.exception?.description}`);
  const { cssContentSize } = await page('Page.getLayoutMetrics');
  const clip = { x: 0, y: 0, width, height: Math.ceil(cssContentSize.height), scale: 1 };
  const { data } = await page('Page.captureScreenshot', { format: 'png', clip, captureBeyondViewport: true });
  await send('Target.closeTarget', { targetId });
  return Buffer.from(data, 'base64');
}
