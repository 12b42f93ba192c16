// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * What went wrong, for every operation of Peerkit. The subclasses are split by who can act on it.
 *
 * <p>What is merely expected (a refused access, a declined blob, an absent record) is a value, not an exception.
 */
public abstract sealed class PeerkitException extends RuntimeException
        permits InvalidSettingException,
                LimitExceededException,
                ClosedException,
                InvalidBytesException,
                ProtocolRefusedException,
                AccessDeniedException,
                NotPermittedException,
                PeerUnreachableException,
                StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    PeerkitException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    PeerkitException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * A stable name of this kind of failure for programs, in kebab case, such as {@code peer-unreachable}.
     *
     * @return the code; it never changes between releases
     */
    public abstract String code();
}
