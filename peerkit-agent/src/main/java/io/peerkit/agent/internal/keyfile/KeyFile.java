// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.StorageException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** Opens the key file, or makes it where there is none. */
public final class KeyFile {
    private KeyFile() {}

    /**
     * Gives the secret in a key file, which it makes with a fresh secret when there is none. Blocks.
     *
     * @param file the file; its folder must exist
     * @param passphrase in UTF-8
     * @return 32 bytes
     * @throws StorageException when the file cannot be read or made, is open to others, or is damaged
     * @throws io.peerkit.api.InvalidSettingException when the passphrase is wrong, missing or superfluous
     */
    public static byte[] openOrCreate(Path file, Optional<byte[]> passphrase) {
        Optional<byte[]> present = PrivateFile.read(file, KeyFileFormat.MAX_BYTES);
        if (present.isPresent()) {
            return decode(file, present.get(), passphrase);
        }
        SecureRandom random = new SecureRandom();
        byte[] secret = new byte[KeyFileFormat.SECRET_BYTES];
        random.nextBytes(secret);
        byte[] content = passphrase.isPresent()
                ? KeyFileFormat.encodeSealed(secret, passphrase.get(), ScryptCost.STANDARD, random)
                : KeyFileFormat.encode(secret);
        if (PrivateFile.create(file, content)) {
            return secret;
        }
        byte[] winner = PrivateFile.read(file, KeyFileFormat.MAX_BYTES)
                .orElseThrow(() -> new StorageException(
                        "key file " + file + " is there and yet cannot be found; it may be a broken link"));
        return decode(file, winner, passphrase);
    }

    private static byte[] decode(Path file, byte[] content, Optional<byte[]> passphrase) {
        try {
            return KeyFileFormat.decode("key file " + file, content, passphrase);
        } catch (InvalidBytesException e) {
            throw new StorageException(
                    "key file " + file + " is damaged (" + e.getMessage()
                            + "); it is never replaced: restore it from a backup, or move it away to start as a new agent",
                    e);
        }
    }
}
