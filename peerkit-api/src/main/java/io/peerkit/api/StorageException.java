// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** The store could not do its work: the disk is full, the file is locked or damaged, the server is away. What the call was to write is not stored. */
public final class StorageException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    public StorageException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "storage";
    }
}
