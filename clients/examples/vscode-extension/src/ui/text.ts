/** Texts of the library on their way to the editor's own surfaces. */
import type * as vscode from 'vscode';

/** In a label `$(name)` would be an icon. */
export function plainLabel(text: string): string {
	return text.replace(/\$\([a-z0-9-]+(~[a-z]+)?\)/gi, '\\$&');
}

export function oneLine(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** How a value that is not shown is told: by its size. */
export function sizeOf(document: vscode.TextDocument, ranges: readonly vscode.Range[]): string {
	const lines = ranges.reduce((sum, range) => sum + range.end.line - range.start.line + 1, 0);
	if (lines > 1)
		return `${lines} lines`;
	const characters = ranges.reduce((sum, range) => sum + document.getText(range).length, 0);
	return characters === 1 ? '1 character' : `${characters} characters`;
}
