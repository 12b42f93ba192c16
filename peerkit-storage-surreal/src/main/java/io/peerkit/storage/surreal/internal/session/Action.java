// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

/** What a {@link SessionMachine} wants done. */
sealed interface Action {
    /**
     * Open a socket and report it as {@link SessionMachine#opened} or {@link SessionMachine#lost}.
     *
     * @param link which one
     * @param attempt to be given back with every report about it
     */
    record Open(int link, long attempt) implements Action {}

    /**
     * Send a frame on an open socket.
     *
     * @param link which one
     * @param frame not to be changed
     */
    record Send(int link, byte[] frame) implements Action {}

    /**
     * Close a socket; nothing about it needs to be reported any more.
     *
     * @param link which one
     * @param reason for the log
     */
    record Shut(int link, String reason) implements Action {}

    /**
     * Complete a call.
     *
     * @param call the call
     * @param result of the method
     */
    record Succeed(Call call, Object result) implements Action {}

    /**
     * Fail a call.
     *
     * @param call the call
     * @param failure why
     */
    record Fail(Call call, RuntimeException failure) implements Action {}

    /**
     * Tell a listener that its query runs.
     *
     * @param watch whose
     */
    record Watching(Watch watch) implements Action {}

    /**
     * Tell a listener of a change.
     *
     * @param watch whose
     * @param action what happened
     * @param result to what
     */
    record Changed(Watch watch, String action, Object result) implements Action {}
}
