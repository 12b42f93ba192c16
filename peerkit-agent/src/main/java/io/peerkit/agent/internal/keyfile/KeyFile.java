// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PassphraseCost;
import io.peerkit.api.StorageException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * A key file that is open.
 *
 * @param secret 32 bytes; not copied
 * @param content what stands in the file; not copied
 */
public record KeyFile(byte[] secret, byte[] content) {
    /**
     * Opens a key file, which it makes with a fresh secret when there is none. Blocks.
     *
     * @param file the file; its folder must exist
     * @param by what it is sealed by
     * @return the secret and the file's content
     * @throws StorageException when the file cannot be read or made, is open to others, or is damaged
     * @throws io.peerkit.api.InvalidSettingException when the passphrase or key is wrong, missing or superfluous
     */
    public static KeyFile openOrCreate(Path file, SealedBy by) {
        Optional<byte[]> present = PrivateFile.read(file, KeyFileFormat.MAX_BYTES);
        if (present.isPresent()) {
            return decode(file, present.get(), by);
        }
        SecureRandom random = new SecureRandom();
        byte[] secret = new byte[KeyFileFormat.SECRET_BYTES];
        random.nextBytes(secret);
        byte[] content = KeyFileFormat.encode(secret, by, PassphraseCost.STANDARD, random);
        if (PrivateFile.create(file, content)) {
            return new KeyFile(secret, content);
        }
        byte[] winner = PrivateFile.read(file, KeyFileFormat.MAX_BYTES)
                .orElseThrow(() -> new StorageException(
                        "key file " + file + " is there and yet cannot be found; it may be a broken link"));
        return decode(file, winner, by);
    }

    /**
     * Seals the same secret by something else, in the place of the file. Blocks.
     *
     * @param file the file that was opened
     * @param by what seals it from now on
     * @return the secret and the file's new content
     * @throws StorageException when the file is not what it was when it was opened, or cannot be replaced
     */
    public KeyFile reseal(Path file, SealedBy by) {
        byte[] fresh = KeyFileFormat.encode(secret, by, PassphraseCost.STANDARD, new SecureRandom());
        PrivateFile.replace(file, content, fresh);
        return new KeyFile(secret, fresh);
    }

    private static KeyFile decode(Path file, byte[] content, SealedBy by) {
        try {
            return new KeyFile(KeyFileFormat.decode("key file " + file, content, by), content);
        } catch (InvalidBytesException e) {
            throw new StorageException(
                    "key file " + file + " is damaged (" + e.getMessage()
                            + "); it is never replaced: restore it from a backup, or move it away to start as a new agent",
                    e);
        }
    }
}
