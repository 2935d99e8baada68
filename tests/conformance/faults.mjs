// Faults planted on purpose, chosen by PROMPTD_CONFORMANCE_FAULT, so that each
// group of checks can be seen to fail. They sit between server and suite; the
// server itself knows nothing of them.
//   1  headers are not compared with the body
//   2  results lose ttlMs
//   3  progress notifications are lost
//   4  skills/list and skills/get shout their digests

const fault = process.env.PROMPTD_CONFORMANCE_FAULT ?? '';

export const ignoreHeaders = fault === '1';

// The line as the suite shall see it; null when it shall not see it.
export function spoil(line, message) {
	if (fault === '2' && message.result?.ttlMs !== undefined) {
		delete message.result.ttlMs;
		return JSON.stringify(message);
	}
	if (fault === '3' && message.method === 'notifications/progress')
		return null;
	if (fault === '4')
		return line.replace(/"sha256:[0-9a-f]{64}"/g, (digest) => digest.toUpperCase());
	return line;
}
