;;; promptd.el --- Prompts of your library at point  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: convenience, tools

;;; Commentary:

;; `promptd-insert' puts a prompt of your promptd library at point, or in the place
;; of the active region, from the agent that `promptd agent' starts.  What the prompt
;; wants to know is asked in the minibuffer.
;;
;; The agent is found by agent.json, which is believed only when nobody else can read
;; it and its process is the one it names.  Over its unix socket every message is a
;; line of JSON: MCP of revision 2026-07-28, which needs no handshake.  A connection
;; that ended is made anew by the next request.

;;; Code:

(require 'cl-lib)
(require 'seq)
(require 'subr-x)

(defgroup promptd nil
  "Prompts of your library at point."
  :group 'convenience)

(defcustom promptd-program "promptd"
  "The program that `promptd-start-agent' starts the agent with."
  :type 'string)

(defcustom promptd-ask-optional t
  "Whether to ask for inputs that have a default."
  :type 'boolean)

(defcustom promptd-offer-to-start t
  "Whether to offer to start an agent when none runs."
  :type 'boolean)

(defcustom promptd-timeout 10
  "Seconds to wait for an answer of the agent."
  :type 'number)

(define-error 'promptd-error "promptd" 'user-error)
(define-error 'promptd-ended "The promptd agent ended" 'promptd-error)
(define-error 'promptd-no-agent "No promptd agent runs; `promptd agent' starts it"
  'promptd-error)

;;; Where it is

(defun promptd--run-directories ()
  "Directories where agent.json may be."
  (let ((home (getenv "PROMPTD_HOME"))
        (user (format "/run/user/%d" (user-uid)))
        (state (or (getenv "XDG_STATE_HOME") (expand-file-name "~/.local/state"))))
    (if (and home (not (string-empty-p home)))
        (list (concat home "/run"))
      (list (concat (or (getenv "XDG_RUNTIME_DIR") user) "/promptd")
            (concat user "/promptd")
            (concat state "/promptd/run")))))

(defun promptd--private-p (file)
  "Whether FILE is a file of ours that nobody else can read."
  (let ((attributes (file-attributes file 'integer)))
    (and attributes
         (null (file-attribute-type attributes))
         (eql (file-attribute-user-id attributes) (user-uid))
         (string-suffix-p "------" (file-attribute-modes attributes)))))

(defun promptd--contents (file)
  "The text of FILE."
  (with-temp-buffer
    (let ((coding-system-for-read 'utf-8-unix))
      (insert-file-contents file))
    (buffer-string)))

(defun promptd--start-of (pid)
  "When the process PID began, nil when there is none.
That is field 22 of its stat; one in state Z has ended."
  (let ((stat (ignore-errors (promptd--contents (format "/proc/%d/stat" pid)))))
    (when (and stat (string-match ".*) \\([^ZX] .*\\)" stat))
      (string-to-number (nth 19 (split-string (match-string 1 stat)))))))

(defun promptd--parse (text)
  "TEXT as JSON: objects are alists, arrays lists."
  (json-parse-string text :object-type 'alist :array-type 'list
                     :null-object nil :false-object nil))

(defun promptd--read-agent (directory)
  "What agent.json in DIRECTORY says, or nil when it is not to be believed."
  (ignore-errors
    (let ((file (expand-file-name "agent.json" directory)))
      (when (promptd--private-p file)
        (let ((agent (promptd--parse (promptd--contents file))))
          (and (eql (promptd--start-of (alist-get 'pid agent)) (alist-get 'start agent))
               (stringp (alist-get 'socket agent))
               agent))))))

(defun promptd--find-agent ()
  "What agent.json says of the agent that runs, or nil."
  (seq-some #'promptd--read-agent (promptd--run-directories)))

;;; The connection

(defvar promptd--process nil "The connection, or nil.")
(defvar promptd--answers nil "Messages that answer requests, newest first.")
(defvar promptd--last-id 0 "Of the last request.")
(defvar promptd--prompts nil "The list of prompts, while it is known to be right.")
(defvar promptd--changes 0 "How often the list was found to be wrong.")

(defconst promptd--meta
  `((io.modelcontextprotocol/protocolVersion . "2026-07-28")
    (io.modelcontextprotocol/clientInfo
     . ((name . "emacs") (version . ,emacs-version)))
    (io.modelcontextprotocol/clientCapabilities . ,(make-hash-table :test #'equal)))
  "What every request carries.")

(defun promptd--forget-list ()
  "The list of prompts has changed."
  (setq promptd--prompts nil)
  (cl-incf promptd--changes))

(defun promptd--take (message)
  "Note MESSAGE: an answer, or a notification."
  (if (alist-get 'method message)
      (when (equal (alist-get 'method message) "notifications/prompts/list_changed")
        (promptd--forget-list))
    (push message promptd--answers)))

(defun promptd--filter (process chunk)
  "Take the lines that are whole now that CHUNK came from PROCESS."
  (let ((pieces (cons chunk (process-get process 'pieces))))
    (if (not (string-match-p "\n" chunk))
        (process-put process 'pieces pieces)
      (let ((lines (split-string (apply #'concat (nreverse pieces)) "\n")))
        (process-put process 'pieces (last lines))
        (dolist (line (butlast lines))
          (promptd--take (promptd--parse line)))))))

(defun promptd--sentinel (process _event)
  "PROCESS is no connection any more."
  (unless (process-live-p process)
    (promptd--disconnect process)))

(defun promptd--disconnect (process)
  "Forget PROCESS and all that was known by it."
  (when (eq process promptd--process)
    (setq promptd--process nil promptd--answers nil)
    (promptd--forget-list))
  (set-process-sentinel process #'ignore)
  (delete-process process))

(defun promptd--connect ()
  "The connection, made when there is none.
The agent is asked to tell of changes for as long as it lasts."
  ;; What was said since: the list has changed, or this was the end.
  (when promptd--process
    (accept-process-output promptd--process 0))
  (unless (process-live-p promptd--process)
    (unless (fboundp 'json-parse-string)
      (signal 'promptd-error '("this Emacs was built without JSON")))
    (let ((agent (or (promptd--find-agent) (signal 'promptd-no-agent nil))))
      (promptd--forget-list)
      (setq promptd--process
            (condition-case nil
                (make-network-process
                 :name "promptd" :family 'local :service (alist-get 'socket agent)
                 :coding 'utf-8-unix :noquery t
                 :filter #'promptd--filter :sentinel #'promptd--sentinel)
              (file-error (signal 'promptd-no-agent nil))))
      (promptd--send "subscriptions/listen"
                     '((notifications . ((promptsListChanged . t)))))))
  promptd--process)

(defun promptd--serialize (object)
  "OBJECT as a line of JSON."
  (condition-case nil
      (concat (json-serialize object) "\n")
    (error (signal 'promptd-error '("a value holds bytes that are no text")))))

(defun promptd--send (method params)
  "Send METHOD with PARAMS, an alist.  The request's id."
  (let ((text (promptd--serialize
               `((jsonrpc . "2.0") (id . ,(cl-incf promptd--last-id)) (method . ,method)
                 (params . ((_meta . ,promptd--meta) ,@params))))))
    (condition-case nil
        (process-send-string promptd--process text)
      (error (signal 'promptd-ended nil)))
    promptd--last-id))

(defun promptd--answer-to (id)
  "The message that answers request ID, if it came.
One without an id tells that a request could not even be read."
  (seq-find (lambda (message) (memql (alist-get 'id message id) (list id)))
            promptd--answers))

(defun promptd--ask (method params)
  "Ask METHOD with PARAMS of the connection there is; the result."
  (let* ((process (promptd--connect))
         (id (progn (setq promptd--answers nil) (promptd--send method params)))
         (end (time-add nil promptd-timeout))
         answer)
    (while (not (setq answer (promptd--answer-to id)))
      (unless (process-live-p process)
        (signal 'promptd-ended nil))
      (when (time-less-p end nil)
        (promptd--disconnect process)
        (signal 'promptd-error '("the agent does not answer")))
      (accept-process-output process 0.1))
    (setq promptd--answers nil)
    (when-let* ((failure (alist-get 'error answer)))
      (signal 'promptd-error (list (alist-get 'message failure))))
    (alist-get 'result answer)))

(defun promptd--request (method &rest params)
  "The result of METHOD with PARAMS, an alist.
What was asked of an agent that ended meanwhile is asked of the next one; who
restarts it takes a moment, and so does one that is killed until it is gone."
  (let ((tries 0) result)
    (while (null result)
      (condition-case failure
          (setq result (list (promptd--ask method params)))
        ((promptd-ended promptd-no-agent)
         (when (or (= tries 10)
                   (and (= tries 0) (eq (car failure) 'promptd-no-agent)))
           (signal (car failure) (cdr failure)))
         (cl-incf tries)
         (sleep-for 0.05))))
    (car result)))

;;; Prompts

(defun promptd--arguments (values)
  "VALUES, an alist by name, as an object of JSON."
  (let ((object (make-hash-table :test #'equal)))
    (pcase-dolist (`(,name . ,value) values)
      (puthash name value object))
    object))

(defun promptd--fetch ()
  "The list of prompts, page by page."
  (let (found cursor page)
    (while (or (null page) cursor)
      (setq page (apply #'promptd--request "prompts/list"
                        (and cursor `((cursor . ,cursor))))
            cursor (alist-get 'nextCursor page)
            found (append found (alist-get 'prompts page))))
    found))

(defun promptd-list ()
  "All prompts in order of name, each an alist as prompts/list gives it."
  (promptd--connect)
  (or promptd--prompts
      (let* ((changes promptd--changes)
             (found (promptd--fetch)))
        ;; What changed meanwhile is fetched again the next time.
        (when (eql changes promptd--changes)
          (setq promptd--prompts found))
        found)))

(defun promptd--used ()
  "Names of the prompts used most."
  (let ((result (promptd--request "tools/call" '(name . "search_prompts")
                                  '(arguments . ((limit . 50))))))
    (mapcar (lambda (prompt) (alist-get 'name prompt))
            (alist-get 'prompts (alist-get 'structuredContent result)))))

(defun promptd--values (prompt input given)
  "Values that are offered for INPUT of PROMPT when GIVEN are given."
  (let ((result (promptd--request
                 "completion/complete"
                 `(ref . ((type . "ref/prompt") (name . ,prompt)))
                 `(argument . ((name . ,input) (value . "")))
                 `(context . ((arguments . ,(promptd--arguments given)))))))
    (alist-get 'values (alist-get 'completion result))))

(defun promptd-text (name &optional values)
  "The text of the prompt NAME with VALUES, an alist, filled in.
Several messages have an empty line between them."
  (let ((result (promptd--request "prompts/get" `(name . ,name)
                                  `(arguments . ,(promptd--arguments values)))))
    (mapconcat (lambda (message) (alist-get 'text (alist-get 'content message)))
               (alist-get 'messages result) "\n\n")))

;;; Asking

(defvar promptd--history nil "Prompts that were chosen.")
(defvar promptd--value-history nil "Values that were typed.")

(add-to-list 'completion-category-defaults '(promptd (styles basic substring)))

(defun promptd--one-line (text)
  "TEXT without line ends."
  (replace-regexp-in-string "[ \t\n]+" " " (or text "")))

(defun promptd--annotation (prompts)
  "A function that tells what is known of one of PROMPTS by its name."
  (let ((width (apply #'max 0 (mapcar (lambda (prompt)
                                        (string-width (alist-get 'name prompt)))
                                      prompts))))
    (lambda (name)
      (let ((prompt (promptd--named name prompts)))
        (concat (make-string (- (+ width 2) (string-width name)) ?\s)
                (promptd--one-line (alist-get 'title prompt))
                (when-let* ((about (alist-get 'description prompt)))
                  (concat " — " (promptd--one-line about))))))))

(defun promptd--named (name prompts)
  "The one of PROMPTS whose name is NAME."
  (seq-find (lambda (prompt) (equal (alist-get 'name prompt) name)) prompts))

(defun promptd--resolve (name)
  "The whole name of the prompt NAME, which may be the last part of it."
  (let* ((prompts (promptd-list))
         (ends (seq-filter (lambda (prompt)
                             (string-suffix-p (concat "/" name) (alist-get 'name prompt)))
                           prompts)))
    (if (or (promptd--named name prompts) (/= (length ends) 1))
        name
      (alist-get 'name (car ends)))))

(defun promptd--table (names annotation)
  "A completion table of NAMES in their order, with ANNOTATION."
  (lambda (string predicate action)
    (if (eq action 'metadata)
        `(metadata (category . promptd)
                   (annotation-function . ,annotation)
                   (display-sort-function . identity)
                   (cycle-sort-function . identity))
      (complete-with-action action names string predicate))))

(defun promptd--read-prompt ()
  "Ask for a prompt, the most used first; its name."
  (let* ((prompts (or (promptd-list)
                      (user-error "The library is empty; `promptd import' fills it")))
         (all (mapcar (lambda (prompt) (alist-get 'name prompt)) prompts))
         (used (seq-filter (lambda (name) (member name all)) (promptd--used)))
         (names (delete-dups (append used all))))
    (completing-read "Prompt: " (promptd--table names (promptd--annotation prompts))
                     nil t nil 'promptd--history)))

(defun promptd--choice-p (input)
  "Whether INPUT has choices.
What the list says of it ends with its type, \"(string; one of: C, Rust)\";
only how it is asked for depends on that."
  (string-match-p "(boolean[;)]\\|([a-z]+; one of: " (alist-get 'description input "")))

(defvar promptd--text-map
  (let ((map (make-sparse-keymap)))
    (define-key map " " #'self-insert-command)
    (define-key map "?" #'self-insert-command)
    map)
  "Keys that complete where only a text is typed are keys again.")

(defun promptd--label (input default)
  "What INPUT is asked for with; DEFAULT is what an empty answer means, or nil."
  (let ((about (promptd--one-line (alist-get 'description input))))
    (concat (alist-get 'name input)
            (unless (string-empty-p about) (concat " — " about))
            (when default (format " [%s]" default))
            ": ")))

(defun promptd--read-text (input offered default)
  "Ask for INPUT, any text; OFFERED and DEFAULT are suggestions."
  (minibuffer-with-setup-hook
      (lambda ()
        (use-local-map (make-composed-keymap promptd--text-map (current-local-map))))
    (completing-read (promptd--label input default)
                     (append offered '("@region" "@buffer" "@kill"))
                     nil nil nil 'promptd--value-history default)))

(defun promptd--file-value (file)
  "The text of FILE for a value."
  (condition-case failure
      (promptd--contents (expand-file-name file))
    (file-error (signal 'promptd-error (list (error-message-string failure))))))

(defun promptd--take-value (typed region)
  "The value that TYPED means; REGION is the text of the active region, or nil."
  (pcase typed
    ((or "@region" "@selection")
     (or region (signal 'promptd-error '("no region is active"))))
    ((or "@buffer" "@file")
     (save-restriction
       (widen)
       (string-remove-suffix "\n" (buffer-substring-no-properties (point-min) (point-max)))))
    ((or "@kill" "@clipboard") (substring-no-properties (current-kill 0)))
    ((pred (string-prefix-p "@@")) (substring typed 1))
    ((pred (string-prefix-p "@")) (promptd--file-value (substring typed 1)))
    (_ typed)))

(defun promptd--fault (input value)
  "Why VALUE will not do for INPUT, or nil.
A slip is told while it is made; the agent has the last word."
  (let ((about (alist-get 'description input "")))
    (cond ((and (string-match-p "(integer[^()]*)\\'" about)
                (not (string-match-p "\\`[+-]?[0-9]+\\'" value)))
           "must be a whole number")
          ((and (string-match-p "(number[^()]*)\\'" about)
                (not (string-match-p
                      "\\`-?[0-9]+\\(?:\\.[0-9]+\\)?\\(?:[eE][+-]?[0-9]+\\)?\\'" value)))
           "must be a number"))))

(defun promptd--checked (input value)
  "VALUE, when it will do for INPUT."
  (when-let* ((fault (promptd--fault input value)))
    (signal 'promptd-error (list (format "%s %s" (alist-get 'name input) fault))))
  value)

(defun promptd--read-value (input offered region default)
  "Ask for INPUT until the answer will do; nil leaves it at its default.
OFFERED and DEFAULT are suggestions, REGION is the text of the active region."
  (let ((needed (eq (alist-get 'required input) t)) value done)
    (while (not done)
      (let ((typed (if (and offered (promptd--choice-p input))
                       (completing-read (promptd--label input nil) offered nil t)
                     (promptd--read-text input offered default))))
        (condition-case failure
            (if (not (string-empty-p typed))
                (setq value (promptd--checked input (promptd--take-value typed region))
                      done t)
              (setq done (not needed))
              (unless done (message "%s is needed" (alist-get 'name input)) (sit-for 1)))
          (promptd-error (message "%s" (promptd--message failure)) (sit-for 1)))))
    value))

(defun promptd--read-values (name given region)
  "Ask for what the prompt NAME wants besides GIVEN; all values.
REGION is suggested for the first text that is needed."
  (let ((suggestion (and region (null given) "@region")))
    (dolist (input (alist-get 'arguments (promptd--named name (promptd-list))))
      (let ((input-name (alist-get 'name input))
            (needed (eq (alist-get 'required input) t)))
        (when (and (not (assoc input-name given)) (or needed promptd-ask-optional))
          (let* ((offered (promptd--values name input-name given))
                 (default (and needed (not (promptd--choice-p input)) suggestion))
                 (value (promptd--read-value input offered region default)))
            (when default (setq suggestion nil))
            (when value (push (cons input-name value) given))))))
    (nreverse given)))

;;; Commands

;;;###autoload
(defun promptd-start-agent ()
  "Start the agent, unless it runs."
  (interactive)
  (unless (executable-find promptd-program)
    (signal 'promptd-no-agent (list (format "%s is not in the PATH" promptd-program))))
  (with-temp-buffer
    (unless (eql 0 (call-process promptd-program nil t nil "agent"))
      (signal 'promptd-error (list (string-trim (buffer-string)))))
    (message "%s" (string-trim (buffer-string)))))

(defun promptd--message (failure)
  "What FAILURE, a condition of ours, has to say."
  (if (cdr failure)
      (concat "promptd: " (cadr failure))
    (get (car failure) 'error-message)))

(defun promptd--with-agent (work)
  "Call WORK; when no agent runs, offer to start it and call WORK again.
What fails is said as a `user-error'."
  (condition-case failure
      (condition-case nil
          (funcall work)
        (promptd-no-agent
         (unless (and promptd-offer-to-start (not noninteractive)
                      (y-or-n-p "No promptd agent runs.  Start it? "))
           (signal 'promptd-no-agent nil))
         (promptd-start-agent)
         (funcall work)))
    (promptd-error (user-error "%s" (promptd--message failure)))))

(defun promptd--put (text)
  "Insert TEXT at point, or in the place of the active region, as one change.
The mark is set at its beginning, point is behind it."
  (atomic-change-group
    (when (use-region-p)
      (delete-region (region-beginning) (region-end)))
    (push-mark (point) t)
    (deactivate-mark)
    (insert text)))

;;;###autoload
(defun promptd-insert (name &optional values)
  "Insert the prompt NAME at point, or in the place of the active region.
VALUES is an alist by input; what it does not give is asked for.  As a value,
@region, @buffer and @kill stand for these, @FILE for what is in FILE, and @@
begins a text with @.  Interactively, ask for NAME as well."
  (interactive (progn (barf-if-buffer-read-only)
                      (list (promptd--with-agent #'promptd--read-prompt))))
  (barf-if-buffer-read-only)
  (let ((region (and (use-region-p)
                     (buffer-substring-no-properties (region-beginning) (region-end)))))
    (promptd--put
     (promptd--with-agent
      (lambda ()
        (let ((given (mapcar (lambda (pair)
                               (cons (car pair) (promptd--take-value (cdr pair) region)))
                             values))
              (whole (promptd--resolve name)))
          (promptd-text whole (promptd--read-values whole given region))))))))

;;;###autoload
(defalias 'prompt-insert #'promptd-insert)

(provide 'promptd)
;;; promptd.el ends here
