/** Text into the editor: for every cursor there, instead of every selection. */
import * as vscode from 'vscode';

async function insertInto(editor: vscode.TextEditor, text: string): Promise<boolean> {
	const { version } = editor.document;
	const taken = await editor.edit((edit) => {
		for (const selection of editor.selections) {
			if (selection.isEmpty)
				edit.insert(selection.active, text);
			else
				edit.replace(selection, text);
		}
	});
	// An editor that cannot be written to takes it all the same, and drops it.
	const done = taken && (text === '' || editor.document.version !== version);
	// Behind what was inserted, as after typing it.
	if (done)
		editor.selections = editor.selections.map(({ end }) => new vscode.Selection(end, end));
	return done;
}

/** Where no editor is open, or its document was closed meanwhile, a new one. */
export async function insertText(
	editor: vscode.TextEditor | undefined, text: string,
): Promise<void> {
	if (editor === undefined || editor.document.isClosed) {
		const document = await vscode.workspace.openTextDocument({ content: text });
		await vscode.window.showTextDocument(document);
		return;
	}
	if (await insertInto(editor, text))
		return;
	const copy = 'Copy it';
	if (await vscode.window.showWarningMessage(
		'The prompt could not be inserted here: this editor cannot be written to.', copy) === copy)
		await vscode.env.clipboard.writeText(text);
}
