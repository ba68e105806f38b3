"""What the law says: dated, cited parameters and the checks made of them."""
