import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatRepositoryName,isCommit,parseRepositoryName,readRunnerEnvironment,runUrl,sameRepository}from"./chunk-4QTMOGVR.js";import"./chunk-YZASLWB7.js";export{formatRepositoryName,isCommit,parseRepositoryName,readRunnerEnvironment,runUrl,sameRepository};
