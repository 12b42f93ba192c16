// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.rpc;

/** A server answered a request with an error. Stays inside: the store turns it into one of its own. */
public final class QueryFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ServerError error;

    /**
     * Wraps an answer.
     *
     * @param error what the server said
     */
    public QueryFailedException(ServerError error) {
        super(error.message());
        this.error = error;
    }

    /**
     * What the server said.
     *
     * @return the error
     */
    public ServerError error() {
        return error;
    }
}
