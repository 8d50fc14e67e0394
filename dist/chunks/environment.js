import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatRepositoryName,isCommit,parseRepositoryName,readRunnerEnvironment,runUrl,sameRepository}from"./environment.shared.js";import"./runtime.shared.js";export{formatRepositoryName,isCommit,parseRepositoryName,readRunnerEnvironment,runUrl,sameRepository};
