"""What the mock and the SDK cost, beside what people would pick instead."""
