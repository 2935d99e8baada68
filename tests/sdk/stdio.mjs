// The tour through promptd-mcp, with SDK 1, SDK 2 and the Inspector's command line.
//
//	stdio.mjs BIN

import { join } from 'node:path';
import * as inspector from './client_inspector.mjs';
import * as v1 from './client_v1.mjs';
import * as v2 from './client_v2.mjs';
import { bin, finish, tour } from './tour.mjs';

const command = join(bin, 'promptd-mcp');
let failed = 0;
failed += await tour(v1.connect, { command, era: 'legacy' });
failed += await tour(v2.connect, { command, era: 'legacy' });
failed += await tour(v2.connect, { command, era: 'modern' });
failed += await tour(inspector.connect, { command, era: 'legacy', asks: false });
failed += await tour(inspector.connect, { command, era: 'modern', asks: false });
finish(failed);
