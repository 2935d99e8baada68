// Reads what the suite wrote (RESULTS/REVISION/server-NAME-TIME/checks.json) and
// says of every wanted scenario whether it passed. A scenario that left no result
// failed: a suite that stops early must not look like success.
//
//	summary.mjs RESULTS WANTED

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [results, wanted] = process.argv.slice(2);

function checksOf(revision, scenario) {
	const folder = join(results, revision);
	const name = new RegExp(`^server-${scenario}-\\d{4}-\\d\\d-\\d\\dT[\\d-]+Z$`);
	const runs = existsSync(folder) ? readdirSync(folder).filter((n) => name.test(n)) : [];
	const files = runs.map((run) => join(folder, run, 'checks.json')).filter(existsSync);
	return files.flatMap((file) => JSON.parse(readFileSync(file)));
}

function verdict(checks) {
	const statuses = checks.map(({ status }) => status);
	if (statuses.length === 0 || statuses.includes('FAILURE'))
		return 'failed';
	return statuses.includes('SUCCESS') ? 'passed' : 'skipped';
}

const count = { passed: 0, failed: 0, skipped: 0 };
let checksPassed = 0;
for (const line of readFileSync(wanted, 'utf8').trim().split('\n')) {
	const [revision, scenario] = line.split(' ');
	const checks = checksOf(revision, scenario);
	const outcome = verdict(checks);
	const good = checks.filter(({ status }) => status === 'SUCCESS').length;
	count[outcome]++;
	checksPassed += good;
	console.log(`${outcome.padEnd(7)} ${revision} ${scenario} (${good} checks)`);
	if (checks.length === 0)
		console.log('        no result was written');
	for (const { id, status, errorMessage } of checks) {
		if (status === 'FAILURE' || status === 'WARNING')
			console.log(`        ${status} ${id}: ${(errorMessage ?? '').slice(0, 600)}`);
	}
}
console.log(`${checksPassed} checks passed`);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed === 0 ? 0 : 1);
