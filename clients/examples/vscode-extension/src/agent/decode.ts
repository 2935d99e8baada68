/** What came as JSON, looked at before it is believed. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one. */
export function objectOf(value: unknown): JsonObject {
	return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}

export function integerOf(value: unknown): number | undefined {
	return Number.isSafeInteger(value) ? value as number : undefined;
}

export function textsOf(value: unknown): string[] {
	return listOf(value).filter((item) => typeof item === 'string');
}
