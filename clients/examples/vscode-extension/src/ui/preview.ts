/** The text of a prompt in an editor of its own that cannot be written to. */
import * as vscode from 'vscode';
import type { Connection } from '../agent/connection';
import { readPrompt, type Prompt } from '../agent/prompts';
import { messageOf } from './text';

const SCHEME = 'promptd';

export class Preview implements vscode.TextDocumentContentProvider, vscode.Disposable {
	private readonly changed = new vscode.EventEmitter<vscode.Uri>();
	readonly onDidChange = this.changed.event;
	private readonly registration: vscode.Disposable;

	constructor(private readonly connection: Connection) {
		this.registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
	}

	dispose(): void {
		this.registration.dispose();
		this.changed.dispose();
	}

	async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
		const name = uri.path.replace(/^\//, '').replace(/\.md$/, '');
		try {
			return await readPrompt(await this.connection.open(), name);
		} catch (error) {
			return messageOf(error);
		}
	}

	/** Beside what the person works on, which keeps the keyboard. */
	async show(prompt: Prompt): Promise<void> {
		const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${prompt.name}.md` });
		this.changed.fire(uri);
		await vscode.window.showTextDocument(uri, {
			preview: true, preserveFocus: true, viewColumn: vscode.ViewColumn.Beside,
		});
	}
}
