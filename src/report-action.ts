import * as core from '@actions/core';
import { runReportStep } from './github/report-step.js';

const RUN_MILLISECONDS = 5 * 60_000;
const deadline = Date.now() + RUN_MILLISECONDS;

function stop(error: unknown): never {
  core.error(`The report could not be posted: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}

process.on('uncaughtException', stop);
process.on('unhandledRejection', stop);
setTimeout(() => stop('it took too long'), RUN_MILLISECONDS).unref();
const code = await runReportStep({ deadline }).catch(stop);
process.exitCode = code;
setTimeout(() => process.exit(code), 2_000).unref();
