<?php

declare(strict_types=1);

namespace Doctray;

/** No answer came. Sending again is safe, since every submission carries an Idempotency-Key. */
final class Unreachable extends \RuntimeException
{
}
