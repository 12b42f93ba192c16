// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import io.peerkit.agent.internal.keyfile.KeyFile;
import io.peerkit.api.InvalidSettingException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the secret in a file of its own, made on first use.
 *
 * <p>The file appears whole or not at all, is readable for its owner alone (mode 0600) from its first byte on, and is never
 * written again. Of several processes that make it at the same time one wins and the others read what it made. A
 * file that is open to group or others is refused, and so is one that is damaged: it is never replaced, since that
 * would silently turn the agent into another.
 *
 * <p>Where the file system knows no POSIX permissions (Windows, FAT), the file gets what {@link java.io.File} can set,
 * which may be nothing, and nothing is checked: keep it in a folder that only its user can open, or use a passphrase.
 * Where it knows no hard links (FAT), a process that dies while it makes the file leaves an incomplete one behind,
 * which has to be removed by hand.
 *
 * <p>With a passphrase the secret is sealed by AES-256-GCM under a key that scrypt derives (N = 2^15, r = 8, p = 3: 32 MiB
 * and some tenths of a second). Without one, whoever can read the file is this agent.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7914">RFC 7914, scrypt</a>
 */
public final class FileKeyStore extends KeyStore {
    /** The longest passphrase in characters. */
    public static final int MAX_PASSPHRASE_CHARS = 1_024;

    private final Path file;
    private byte @Nullable [] passphrase;
    private byte @Nullable [] secret;

    private FileKeyStore(Path file, byte @Nullable [] passphrase) {
        this.file = file;
        this.passphrase = passphrase;
    }

    /**
     * Keeps the secret in a file as it is. Nothing is read or written before the first use.
     *
     * @param file the file; its folder must exist
     * @return the store
     */
    public static FileKeyStore at(Path file) {
        return new FileKeyStore(file, null);
    }

    /**
     * Keeps the secret in a file, sealed by a passphrase. Nothing is read or written before the first use.
     *
     * @param file the file; its folder must exist
     * @param passphrase 1 to {@value #MAX_PASSPHRASE_CHARS} characters, which count as they are given; copied, and the copy is wiped once the file is open
     * @return the store
     * @throws InvalidSettingException when the passphrase is empty, too long or no well-formed text
     */
    public static FileKeyStore at(Path file, char[] passphrase) {
        if (passphrase.length == 0 || passphrase.length > MAX_PASSPHRASE_CHARS) {
            throw new InvalidSettingException(
                    "passphrase of " + passphrase.length + " characters, must have 1 to " + MAX_PASSPHRASE_CHARS);
        }
        // A char becomes three bytes at most.
        ByteBuffer utf8 = ByteBuffer.allocate(3 * passphrase.length);
        if (StandardCharsets.UTF_8
                .newEncoder()
                .encode(CharBuffer.wrap(passphrase), utf8, true)
                .isError()) {
            throw new InvalidSettingException("passphrase has half of a surrogate pair");
        }
        byte[] bytes = Arrays.copyOf(utf8.array(), utf8.position());
        Arrays.fill(utf8.array(), (byte) 0);
        return new FileKeyStore(file, bytes);
    }

    @Override
    synchronized byte[] secret() {
        if (secret == null) {
            byte[] opened = KeyFile.openOrCreate(file, Optional.ofNullable(passphrase));
            if (passphrase != null) {
                Arrays.fill(passphrase, (byte) 0);
                passphrase = null;
            }
            secret = opened;
        }
        return secret;
    }
}
